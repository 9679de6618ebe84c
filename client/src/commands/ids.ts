/** The ids of commands that code refers to; the manifest repeats them. */
export const selectKernelId = 'ebpf.selectKernel';
export const restartServerId = 'ebpf.restartServer';
export const showLogId = 'ebpf.showLog';
