// Where the numbers of a report are from: the machine, the code, the plan, and what did not come out.

import { showBytes } from '../base/quantities.js';
import type { Result } from '../result/document.js';
import { type Html, html } from './html.js';

export function renderOrigin(result: Result): Html {
  const { run, machine, node, commit, code, warnings, cells } = result;
  const failed = cells.filter(({ status }) => status !== 'measured');
  const at = commit
    ? `${commit.sha.slice(0, 12)} of ${commit.time}${commit.dirty ? ', with changes that are not committed' : ''}`
    : 'none';
  const yes = (value: boolean) => (value ? 'yes' : 'no');
  const rows: [string, string | number][] = [
    ['CPU', `${machine.cpuModel}, ${machine.cores} cores, ${machine.architecture}`],
    ['Memory', showMemory(machine.memoryBytes)],
    ['Machine key', machine.key],
    ['Kernel', machine.kernel],
    ['Virtual machine', machine.hypervisor === null ? 'not known' : yes(machine.hypervisor)],
    ['Governor', machine.governor ?? 'unknown'],
    ['Clock', machine.clockSource ?? 'unknown'],
    ['Load average', machine.loadAverage],
    ['Stolen CPU time', machine.stealShare === null ? 'unknown' : `${(machine.stealShare * 100).toFixed(2)} %`],
    ['Node', `${node.version}, V8 ${node.v8}${node.flags.length > 0 ? `, ${node.flags.join(' ')}` : ''}`],
    ['Commit', at],
    ['Code of the harness', code.harness],
    [
      'Code of the designs',
      Object.entries(code.variants)
        .map(([name, hash]) => `${name} ${hash}`)
        .join(', '),
    ],
    ['Command', run.command],
    ['Started', run.startedAt],
    ['Finished', `${run.finishedAt}${run.complete ? '' : ', interrupted: the rounds that were finished'}`],
    ['Processes', `${run.rounds}${run.stopped === undefined ? '' : `; stopped by ${run.stopped}`}`],
    [
      'Turns',
      `${run.visitMs === undefined ? '' : `side by side ${run.visitMs} ms an opening; `}long ones ${run.slices} of ${run.sliceMs} ms, x ${run.turnFactor}`,
    ],
    ['Seed', run.seed],
    ...(run.timedShare === undefined
      ? []
      : ([['Inside timed regions', `${(run.timedShare * 100).toFixed(0)} %`]] as [string, string][])),
    ['CPUs kept awake', yes(run.keepAwake)],
    ['Cells', `${cells.length}, of which ${cells.length - failed.length} measured`],
    ['RAM', [...new Set(cells.map(({ ram }) => ram))].join(', ')],
  ];
  return html`${warnings.length > 0 && html`<ul class="warnings">${warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`}
<div class="wide"><table class="facts"><tbody>${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table></div>
${failed.length > 0 && html`<details open><summary>Cells without numbers (${failed.length})</summary><ul>${failed.map(({ id, status, reason }) => html`<li>${status.toUpperCase()} ${id}: ${reason}</li>`)}</ul></details>`}`;
}

function showMemory(bytes: number): string {
  return bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : showBytes(bytes);
}
