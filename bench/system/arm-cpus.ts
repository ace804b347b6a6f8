// Arm CPUs: /proc/cpuinfo has numbers for them and no name.

export interface ArmCpus {
  /** As lscpu calls them, where this program knows them: `Neoverse-N1`, or `Cortex-A53 and Cortex-A72` of two kinds. */
  readonly name: string;
  /** The same by numbers alone: what later versions know by name keeps its machine key. */
  readonly numbers: string;
}

const DESIGNERS: Readonly<Record<string, string>> = {
  '0x41': 'Arm',
  '0x46': 'Fujitsu',
  '0x48': 'HiSilicon',
  '0x4e': 'NVIDIA',
  '0x51': 'Qualcomm',
  '0x61': 'Apple',
  '0xc0': 'Ampere',
};
/** By designer and part: the part alone says nothing, 0xd01 is a Cortex-A32 and a server CPU of HiSilicon's. */
const NAMES: Readonly<Record<string, string>> = {
  '0x41 0xd03': 'Cortex-A53',
  '0x41 0xd05': 'Cortex-A55',
  '0x41 0xd08': 'Cortex-A72',
  '0x41 0xd0b': 'Cortex-A76',
  '0x41 0xd0c': 'Neoverse-N1',
  '0x41 0xd40': 'Neoverse-V1',
  '0x41 0xd41': 'Cortex-A78',
  '0x41 0xd49': 'Neoverse-N2',
  '0x41 0xd4f': 'Neoverse-V2',
  '0x46 0x001': 'A64FX',
  '0x48 0xd01': 'TaiShan-v110',
  '0xc0 0xac3': 'AmpereOne',
};

/**
 * The kinds of CPU in the text of /proc/cpuinfo, in its order; undefined where it is not an Arm's. Node's own names are not
 * taken: they go by the part alone, and differ between versions of Node.
 */
export function armCpus(cpuinfo: string): ArmCpus | undefined {
  const kinds = new Map<string, string>();
  for (const block of cpuinfo.split(/\n\s*\n/)) {
    const [designer, part] = ['implementer', 'part'].map((field) =>
      new RegExp(`^CPU ${field}\\s*:\\s*(\\S+)`, 'm').exec(block)?.[1]?.toLowerCase(),
    );
    if (designer && part) kinds.set(`${designer} ${part}`, `${DESIGNERS[designer] ?? designer} CPU part ${part}`);
  }
  if (kinds.size === 0) return undefined;
  return {
    name: [...kinds].map(([key, numbers]) => NAMES[key] ?? numbers).join(' and '),
    numbers: [...kinds.values()].join(' and '),
  };
}
