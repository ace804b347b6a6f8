// Documents against their JSON Schemas: one message, which names the field, what came and what is accepted.
import { readFileSync } from 'node:fs';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { loadLate } from '../base/load-late.js';
import { badValue, UsageError } from '../base/usage-error.js';
import { PROJECT } from '../system/project.js';

const ajv = loadLate<typeof import('ajv/dist/2020.js')>('ajv/dist/2020.js');
const compiled = new Map<string, ValidateFunction>();
const LONGEST_SHOWN = 60;

/**
 * Throws UsageError unless the document is as the schema says. Fields that the schema does not know are let pass: a
 * newer version may have added them.
 *
 * @param schema path of the schema below the project, as in `bench/store/result.schema.json`
 * @param file what errors name
 * @param complete adds to a schema what is known elsewhere, before it is compiled
 */
export function requireSchema(
  schema: string,
  document: unknown,
  file: string,
  complete = (parsed: object) => parsed,
): void {
  let validate = compiled.get(schema);
  if (!validate) {
    const { Ajv2020 } = ajv();
    validate = new Ajv2020({ verbose: true, allowUnionTypes: true }).compile(
      complete(JSON.parse(readFileSync(`${PROJECT}${schema}`, 'utf8')) as object),
    );
    compiled.set(schema, validate);
  }
  if (!validate(document)) throw fieldError(validate.errors![0]!, file);
}

function fieldError({ instancePath, keyword, params, data, message }: ErrorObject, file: string): UsageError {
  const field = (more?: string) => fieldName(more === undefined ? instancePath : `${instancePath}/${more}`);
  if (keyword === 'required') return new UsageError(`${file}: ${field(params.missingProperty as string)}: not there`);
  if (keyword === 'additionalProperties') {
    return new UsageError(`${file}: ${field(params.additionalProperty as string)}: no such field`);
  }
  return badValue(`${file}: ${field()}`, shown(data), accepted(keyword, params, message));
}

function accepted(keyword: string, params: Record<string, unknown>, message: string | undefined): string {
  switch (keyword) {
    case 'enum':
      return (params.allowedValues as unknown[]).join(', ');
    case 'const':
      return String(params.allowedValue);
    case 'type':
      return [params.type].flat().join(' or ');
    case 'pattern':
      return `text like ${params.pattern}`;
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
      return `numbers ${params.comparison} ${params.limit}`;
    default:
      return message ?? keyword;
  }
}

/** `/cells/3/metrics/jobsPerSecond` as `cells[3].metrics.jobsPerSecond`. */
function fieldName(pointer: string): string {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const name = parts.map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`)).join('');
  return name.replace(/^\./, '') || 'the document';
}

function shown(data: unknown): string {
  const text = typeof data === 'string' ? data : (JSON.stringify(data) ?? 'undefined');
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}..` : text;
}
