/** While the kernel verifies, the agent can do nothing else: it must be neither taken for dead, nor outlive who started it. */
import { expect, onTestFinished, test } from 'vitest';
import { startAgent } from '#support/agent/agent';
import type { Agent } from '#support/agent/agent';
import { objectOf } from '#support/agent/programs';
import { inKernel } from '#support/agent/records';
import { slowPrograms } from '#support/agent/slow-programs';
import { requireKernel } from '#support/bpf/requirements';
import { describeUnless } from '#support/requirement';

const name = `long_${process.pid}`;
const heartbeatMs = 1000;

/** An agent that ends after a second of silence, and does not hear silence as long as `stop` is not called. */
async function pinged(deaf = false): Promise<{ readonly agent: Agent; readonly silence: () => void }> {
  const agent = await startAgent({ args: ['--heartbeat', String(heartbeatMs)], deaf });
  const timer = setInterval(() => agent.send('ping'), 100);
  const silence = (): void => clearInterval(timer);
  onTestFinished(silence);
  return { agent, silence };
}

/** In the middle of verifying what takes minutes. */
async function verifying(deaf = false): Promise<Awaited<ReturnType<typeof pinged>>> {
  const object = await objectOf(slowPrograms(name, 150));
  const started = await pinged(deaf);
  started.agent.load(1, object);
  await expect.poll(() => inKernel(`${name}_0`), { timeout: 10_000 }).not.toEqual([]);
  return started;
}

/** Verifying all of it would take many times as long. */
async function endsSoon(agent: Agent): Promise<void> {
  const begin = performance.now();
  await agent.exit;
  expect(agent.all('state')).toEqual([]);
  await expect.poll(() => inKernel(`${name}_0`), { timeout: 5000 }).toEqual([]);
  expect(performance.now() - begin).toBeLessThan(5000);
}

describeUnless(requireKernel(), 'the agent, while the kernel verifies for long', () => {
  test('goes on as long as it is pinged', async () => {
    const object = await objectOf(slowPrograms(name, 16));
    const { agent } = await pinged();
    await agent.heard('hello');
    const begin = performance.now();
    agent.load(1, object);
    await agent.heard('state', ({ state }) => state === 'running');
    // Otherwise this shows nothing.
    expect(performance.now() - begin).toBeGreaterThan(heartbeatMs * 1.5);
    expect(agent.all('program').map(({ error }) => error)).toEqual(Array(16).fill(null));
    agent.send('stop 1');
    expect(await agent.ended(1)).toMatchObject({ state: 'stopped' });
  });

  test('goes on while what comes next waits', async () => {
    const object = await objectOf(slowPrograms(name, 16));
    const { agent } = await pinged();
    const padded = Buffer.concat([object, Buffer.alloc(1 << 20)]);
    agent.load(1, object, 'verify');
    agent.load(2, padded, 'verify');
    await agent.ended(1);
    expect(await agent.ended(2)).toMatchObject({ state: 'stopped' });
  });

  test('ends when it hears nothing', async () => {
    const { agent, silence } = await verifying();
    silence();
    await endsSoon(agent);
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('ends at %s', async (signal) => {
    const { agent } = await verifying();
    agent.process.kill(signal);
    await endsSoon(agent);
  });

  test('ends with its stdin', async () => {
    const { agent, silence } = await verifying();
    silence();
    agent.process.stdin?.end();
    await endsSoon(agent);
  });

  test('ends when nobody reads', async () => {
    const { agent } = await verifying(true);
    agent.process.stdout?.destroy();
    await endsSoon(agent);
  });
});
