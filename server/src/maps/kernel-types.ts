/** Which types of maps a kernel has, by its own enum. */
import { fullName, mapTypeNamed, type MapType } from '#core/bpf/map-types';
import type { KernelIndex } from '#core/kernel/model';

/** True where the kernel's types are not known. */
export function kernelHasMaps({ types }: KernelIndex, type: MapType): boolean {
  const values = types.enumeration('bpf_map_type');
  return values === undefined || values.some(({ name }) => mapTypeNamed(name) === type);
}

export const noSuchMaps = (type: MapType): string =>
  `The kernel has no maps of the type ${fullName(type)}, which came with Linux ${type.since}: it refuses the map.`;
