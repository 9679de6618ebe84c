import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { check } from '#core/messages/custom-message';
import { KernelState } from '#core/messages/kernel-state';
import { tracepointRequest } from '#core/messages/tracepoint';

const ready = {
  state: 'ready',
  release: '6.1.0-56-cloud-amd64',
  machine: 'x86_64',
  source: 'bundled',
  location: '6.1-debian-amd64',
  id: '6.1-debian-amd64',
  events: 1381,
  chosen: false,
};

describe('check', () => {
  it('hands the value through', () => {
    expect(check(v.object({ n: v.number() }), { n: 1 })).toEqual({ ok: true, value: { n: 1 } });
  });

  it('names the place of what is wrong', () => {
    const result = check(v.object({ a: v.object({ n: v.number() }) }), { a: { n: 'x' } });
    expect(result).toMatchObject({ ok: false, message: expect.stringMatching(/^a\.n: /) as unknown });
  });

  it('never throws', () => {
    for (const value of [undefined, null, 0, '', [], () => 0])
      expect(check(KernelState, value).ok).toBe(false);
  });
});

describe('KernelState', () => {
  it.each([
    ready,
    { ...ready, problems: 2 },
    { state: 'loading', source: 'this machine' },
    { state: 'failed', message: 'no tracefs' },
  ])('accepts %j', (state) => {
    expect(check(KernelState, state)).toEqual({ ok: true, value: state });
  });

  it.each([
    ['an unknown state', { ...ready, state: 'done' }],
    ['an unknown source', { ...ready, source: 'web' }],
    ['half an event', { ...ready, events: 1.5 }],
    ['no word on who chose it', { ...ready, chosen: undefined }],
    ['an id that is explicitly undefined', { ...ready, id: undefined }],
  ])('refuses %s', (_, state) => {
    expect(check(KernelState, state).ok).toBe(false);
  });
});

describe('ebpf/tracepoint', () => {
  it('answers null for an event that the kernel does not have', () => {
    expect(check(tracepointRequest.result, null)).toEqual({ ok: true, value: null });
    expect(check(tracepointRequest.result, undefined).ok).toBe(false);
  });
});
