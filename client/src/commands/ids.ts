/** The ids of commands that code refers to; the manifest repeats them. */
export const selectKernelId = 'ebpf.selectKernel';
export const restartServerId = 'ebpf.restartServer';
export const showLogId = 'ebpf.showLog';
export const generateHandlerId = 'ebpf.generateHandler';
export const acceptPreviewId = 'ebpf.acceptPreview';
export const discardPreviewId = 'ebpf.discardPreview';
export const insertSectionId = 'ebpf.insertSection';
export const copyCtxStructId = 'ebpf.copyCtxStruct';
export const searchTracepointsId = 'ebpf.searchTracepoints';
export const clearTracepointSearchId = 'ebpf.clearTracepointSearch';
export const runId = 'ebpf.run';
export const runOnHostId = 'ebpf.runOnHost';
export const verifyId = 'ebpf.verify';
export const stopId = 'ebpf.stop';
export const showVerifierLogId = 'ebpf.showVerifierLog';
export const checkHostId = 'ebpf.checkHost';
export const captureKernelId = 'ebpf.captureKernel';
