// The name of the file for a RAM block. The block's name came over the wire: none of it is used as it is.

const SAFE = /[A-Za-z0-9_.@-]/;
/** Well below what file systems take. */
const MOST_CHARACTERS = 120;

/** All but letters, digits and `_.@-` as %XX, so that different blocks have different files; a dot in front as well. */
export function blockFileName(block: string, index: number): string {
  const encoded = [...Buffer.from(block)].map((byte, at) => {
    const character = String.fromCharCode(byte);
    const kept = SAFE.test(character) && !(at === 0 && character === '.');
    return kept ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  const name = encoded.join('');
  // What cannot come out of the encoding cannot be another block's file.
  return name.length <= MOST_CHARACTERS ? name : `%block-${index}`;
}
