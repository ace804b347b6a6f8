// The words that a scenario's invariant looks at, in groups: what is told of them together.
import { ScenarioError } from './rules.js';
import type { Scenario } from './scenario.js';

/** Most groups: one bit each. */
const MOST_GROUPS = 31;

export class Watched {
  private readonly scenario: Scenario;
  private readonly view: Int32Array;

  constructor(scenario: Scenario, initial: Int32Array) {
    if (scenario.watched?.some((group) => !Array.isArray(group)))
      throw new ScenarioError('scenario: watched: takes a list of groups, each a list of words: [[0, 1], [2]]');
    this.scenario = scenario;
    this.view = initial.slice();
  }

  /** What the invariant gets to see: of words that are not watched what they were at the start. */
  show(words: Int32Array): Int32Array {
    const { view } = this;
    const { watched } = this.scenario;
    if (!watched) return words;
    for (const group of watched) for (const word of group) view[word] = words[word]!;
    return view;
  }

  /** The groups that a word is in, one bit each. */
  groupsOf(word: number): number {
    const { invariant, watched } = this.scenario;
    if (!invariant) return 0;
    if (!watched || watched.length > MOST_GROUPS) return 1;
    return watched.reduce((bits, group, i) => (group.includes(word) ? bits | (1 << i) : bits), 0);
  }
}
