/** The ids of views that code refers to; the manifest repeats them. */
export const tracepointsViewId = 'ebpf.tracepoints';
export const programsViewId = 'ebpf.programs';
