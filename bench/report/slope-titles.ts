// The tables of doses, as the page calls them. Imports nothing: the page's script has it too.
export const SLOPE_TITLES: Readonly<Record<string, string>> = {
  'slope-spinning': 'Time per batch by dose, both sides spinning',
  'slope-parked': 'Time per batch by dose, both sides parked',
  slope: 'Time per batch by dose',
  hold: 'Signalling a sync while every channel holds a batch',
};
