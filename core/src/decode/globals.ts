/** Global variables, which libbpf keeps in one array map per data section: a row per variable. */
import type { BpfObject } from '../elf/bpf-object';
import { sectionNamed } from '../elf/elf';
import type { MapDecoder } from './map-decoder';
import { createRecordDecoder } from './record-decoder';
import { ByteSource } from './source';

/**
 * Undefined where the object's BTF has no such section.
 * @param map the map's name, which begins with the object's: `open.bss`; of sections such as `.data.x` it is the section's
 */
export function createGlobalsDecoder(object: BpfObject, map: string): MapDecoder | undefined {
  const { btf } = object;
  const section = map.slice(Math.max(0, map.indexOf('.')));
  const id = btf.find('datasec', section);
  if (id === 0) return undefined;
  const variables = btf
    .sectionVariables(id)
    .map(({ type, offset }) => {
      const name = btf.name(type);
      const decoder = createRecordDecoder({ types: btf, id: btf.type(type) }, name);
      return { name, at: offsetOf(object, section, name) ?? offset, decoder };
    })
    // The format strings of bpf_printk.
    .filter(({ name }) => !name.includes('____fmt'));
  return {
    columns: [
      { name: 'variable', type: '', numeric: false },
      { name: 'value', type: '', numeric: false },
    ],
    rows: (entries) =>
      entries.flatMap(([, bytes]) => {
        const source = new ByteSource(bytes);
        return variables.map(({ name, at, decoder }) => {
          const end = Math.min(at + decoder.size, bytes.length);
          const json = decoder.json(source, at, end);
          return { key: name, value: json, cells: [name, decoder.line(source, at, end)] };
        });
      }),
  };
}

/** BTF has offsets of static variables; those of global ones are in the symbol table alone. */
function offsetOf({ elf }: BpfObject, section: string, name: string): number | undefined {
  const index = sectionNamed(elf, section)?.index;
  return elf.symbols.find((one) => one.section === index && one.name === name)?.value;
}
