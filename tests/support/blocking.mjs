// SPDX-License-Identifier: GPL-3.0-or-later
// What is asked of a worker while its caller sleeps. The steps of a case are told in order, and a process for each would be
// most of a test's time.
import { MessageChannel, Worker, isMainThread, receiveMessageOnPort, workerData } from 'node:worker_threads';

const PATIENCE_MS = 60000;

function open(module) {
  const { port1, port2 } = new MessageChannel();
  const done = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL(module), { workerData: { blocking: { module, port: port2, done } }, transferList: [port2],
    execArgv: [] }); // `node -e` would hand its own text on
  worker.unref();
  return { port: port1, done };
}

// The blocking form of answer(wanted), which is asynchronous and runs in a worker of its own, begun with the first call.
// `module` is the import.meta.url of the module that calls this at its top.
export function blocking(module, answer) {
  if (!isMainThread && workerData?.blocking?.module === module) {
    const { port, done } = workerData.blocking;
    port.on('message', async (wanted) => {
      port.postMessage(await answer(wanted));
      Atomics.store(done, 0, 1);
      Atomics.notify(done, 0);
    });
  }
  let line;
  return (wanted) => {
    line ??= open(module);
    Atomics.store(line.done, 0, 0);
    line.port.postMessage(wanted);
    if (Atomics.wait(line.done, 0, 0, PATIENCE_MS) === 'timed-out') throw new Error(`${JSON.stringify(wanted).slice(0, 300)}: no answer in ${PATIENCE_MS} ms`);
    return receiveMessageOnPort(line.port).message;
  };
}
