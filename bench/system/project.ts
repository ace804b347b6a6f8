// Where the project is, and where its runs are kept.
import { fileURLToPath } from 'node:url';

/** The folder above dist/, with a slash at its end. */
export const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));

/** Where results/ is, and whose commit a run carries: the project, or the working directory of who installed it as a package. */
export const WORKPLACE = workplaceOf(PROJECT, process.cwd());

export function workplaceOf(project: string, folder: string): string {
  return project.includes('/node_modules/') ? `${folder}/` : project;
}
