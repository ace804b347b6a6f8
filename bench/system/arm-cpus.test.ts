// CPUs of Arm's kind, by what /proc/cpuinfo of such machines says.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { armCpus } from './arm-cpus.js';
import { Kernel } from './kernel.js';
import { describeMachine } from './machine.js';

const folder = mkdtempSync(join(tmpdir(), 'arm-cpus-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** As two CPUs of a c6g.large have it, a rented server. */
const SERVER = [0, 1]
  .map(
    (cpu) => `processor\t: ${cpu}
BogoMIPS\t: 243.75
Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp ssbs
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x3
CPU part\t: 0xd0c
CPU revision\t: 1
`,
  )
  .join('\n');

/** As a Raspberry Pi 4 has it under a kernel of 32 bits, which names the architecture alone. */
const PI = `processor\t: 3
model name\t: ARMv7 Processor rev 3 (v7l)
BogoMIPS\t: 108.00
Features\t: half thumb fastmult vfp edsp neon vfpv3 tls vfpv4 idiva idivt vfpd32 lpae evtstrm crc32
CPU implementer\t: 0x41
CPU architecture: 7
CPU variant\t: 0x0
CPU part\t: 0xd08
CPU revision\t: 3

Hardware\t: BCM2711
Revision\t: c03111
Model\t\t: Raspberry Pi 4 Model B Rev 1.1
`;

const cpu = (designer: string, part: string) => `processor\t: 0\nCPU implementer\t: ${designer}\nCPU part\t: ${part}\n`;

it.each([
  ['a server', SERVER, 'Neoverse-N1', 'Arm CPU part 0xd0c'],
  ['a small computer', PI, 'Cortex-A72', 'Arm CPU part 0xd08'],
  [
    'CPUs of two kinds',
    `${cpu('0x41', '0xd03')}\n${cpu('0x41', '0xd03')}\n${cpu('0x41', '0xd08')}`,
    'Cortex-A53 and Cortex-A72',
    'Arm CPU part 0xd03 and Arm CPU part 0xd08',
  ],
  // The same part of another designer.
  ['a server of another designer', cpu('0x48', '0xd01'), 'TaiShan-v110', 'HiSilicon CPU part 0xd01'],
  ['one without a name here', cpu('0x61', '0x022'), 'Apple CPU part 0x022', 'Apple CPU part 0x022'],
  ['one of nobody known', cpu('0x99', '0xABC'), '0x99 CPU part 0xabc', '0x99 CPU part 0xabc'],
])('%s', (_, text, name, numbers) => {
  expect(armCpus(text)).toEqual({ name, numbers });
});

it('nothing of another architecture, and of a block without its part', () => {
  expect(armCpus('processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC')).toBeUndefined();
  expect(armCpus(`CPU implementer\t: 0x41\n\n${cpu('0xc0', '0xac3')}`)?.name).toBe('AmpereOne');
});

it('a machine is shown by name, and has a key of numbers', () => {
  const root = (text: string) => {
    const path = mkdtempSync(join(folder, 'root-'));
    mkdirSync(join(path, 'proc'));
    writeFileSync(join(path, 'proc/cpuinfo'), text);
    return new Kernel(path);
  };
  const machine = describeMachine(root(SERVER));
  expect(machine).toMatchObject({ cpuModel: 'Neoverse-N1', hostClass: 'variant 0x3 revision 1' });
  expect(machine.key).toMatch(/^arm-cpu-part-0xd0c-\d+c-\d+g$/);
  expect(describeMachine(root(PI)).key).toMatch(/^arm-cpu-part-0xd08-/);
});
