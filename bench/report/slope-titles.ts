// The tables of doses, as the page calls them. Imports nothing: the page's script has it too.
export const SLOPE_TITLES: Readonly<Record<string, string>> = {
  'slope-spinning': 'Time a batch by dose, both sides spinning',
  'slope-parked': 'Time a batch by dose, both sides parked',
  slope: 'Time a batch by dose',
  hold: 'Signalling a sync while every channel holds a batch',
};
