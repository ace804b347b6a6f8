// Which reads are hints, what each may return, and why it may be one: the annotations that a report lists.
import { ScenarioError } from './rules.js';
import type { HintMode, Hints } from './scenario.js';
import type { Site } from './site.js';
import { commentAt, describeSite, pathInPackage, sourceOf } from './source.js';

/** A hint read that an execution met. */
export interface HintRead {
  /** `src/x.ts:30 (Scan.next)` */
  readonly at: string;
  readonly mode: HintMode;
  /** The annotation's, or the comment at the call of `hint()`. */
  readonly reason: string;
}

/** What every caller of `hint()` promises, by its contract. */
const CONTRACT = 'a guess that the caller confirms by an atomic load before it acts';
/** Values that `havoc` reads return unless their annotation says. */
const DEFAULT_DOMAIN: readonly number[] = [0, 1];
const NO_HINT = -1;

const MODES: readonly HintMode[] = ['sc', 'weak', 'havoc'];

/** Rule 0 is for calls of `hint()`; the others are the annotated sites, in order. */
export class HintSites {
  readonly modes: readonly HintMode[];
  readonly domains: readonly (readonly number[])[];
  private readonly hints: Hints;
  private readonly known = new Map<Site, number>();

  /** Throws a ScenarioError for a domain larger than `mostValues`, and for an annotation without a reason. */
  constructor(hints: Hints, mostValues: number) {
    const sites = hints.sites ?? [];
    if (!MODES.includes(hints.mode))
      throw new ScenarioError(`hints: mode: got ${JSON.stringify(hints.mode)}, takes ${MODES.join(', ')}`);
    if (!Array.isArray(sites))
      throw new ScenarioError(`hints: sites: got ${JSON.stringify(sites)}, takes a list of { at, reason }`);
    for (const { at, reason } of sites) {
      if (typeof reason !== 'string' || reason.trim() === '')
        throw new ScenarioError(`hints: ${at} needs the reason why it may race`);
    }
    this.hints = hints;
    this.modes = [hints.mode, ...sites.map(({ mode }) => mode ?? hints.mode)];
    this.domains = [hints, ...sites].map(({ domain }) => domain ?? hints.domain ?? DEFAULT_DOMAIN);
    for (const domain of this.domains) {
      if (domain.length > mostValues)
        throw new ScenarioError(`hints: at most ${mostValues} values in a domain, got ${domain.length}`);
    }
  }

  /** The rule for a plain access at `site`, or -1 if it is no hint. */
  find(site: Site, writes = false): number {
    let rule = this.known.get(site);
    if (rule === undefined) {
      rule = this.match(site, writes);
      this.known.set(site, rule);
    }
    return rule;
  }

  /** The hint reads met so far. */
  list(): HintRead[] {
    const reads: HintRead[] = [];
    for (const [site, rule] of this.known) {
      if (rule === NO_HINT) continue;
      const reason = rule === 0 ? commentAt(site) || CONTRACT : this.hints.sites![rule - 1]!.reason;
      reads.push({ at: describeSite(site), mode: this.modes[rule]!, reason });
    }
    return reads;
  }

  /** Annotations that no plain read matched, and the plain reads that were met, as an annotation would name them. */
  unmet(): { readonly unmet: readonly string[]; readonly reads: readonly string[] } {
    const met = new Set(this.known.values());
    const unmet = (this.hints.sites ?? []).flatMap(({ at }, i) => (met.has(i + 1) ? [] : [at]));
    const reads = [...this.known.keys()].map((site) => `${pathInPackage(sourceOf(site).file)} ${site.functionName}`);
    return { unmet, reads: [...new Set(reads)] };
  }

  private match(site: Site, writes: boolean): number {
    const sites = this.hints.sites ?? [];
    const { file, line } = sourceOf(site);
    const path = sites.length === 0 ? '' : pathInPackage(file);
    const at = sites.findIndex(
      (each) =>
        (!writes || each.writes === true) &&
        (each.at === `${path}:${line}` || each.at === `${path} ${site.functionName}`),
    );
    return at >= 0 ? at + 1 : site.isHint && !writes ? 0 : NO_HINT;
  }
}
