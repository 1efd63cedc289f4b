/**
 * A load generator: request bodies over a fixed number of keep-alive connections, the next as soon as the last is
 * answered. In a thread of its own, and with no more HTTP than it takes, because it shares the processors with
 * what is measured.
 */
import net from 'node:net';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

export interface Load {
  /** Where to POST. */
  url: string;
  key: string;
  bodies: readonly string[];
  connections: number;
}

export interface Driven {
  seconds: number;
  /** Milliseconds from sent to answered, in the order of answers. */
  latencies: Float64Array;
}

/** Sends every body once; resolves when the last is answered. Throws where an answer's status is not 200. */
export function drive(load: Load): Promise<Driven> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: load });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

async function work({ url, key, bodies, connections }: Load): Promise<Driven> {
  const { hostname, port, pathname, host } = new URL(url);
  const head = `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: `;
  const requests = bodies.map((body) => Buffer.from(`${head}${Buffer.byteLength(body)}\r\n\r\n${body}`));
  const latencies = new Float64Array(requests.length);
  const sockets = await Promise.all(
    Array.from({ length: connections }, () => connect({ host: hostname, port: Number(port), noDelay: true })),
  );
  let next = 0;
  let answered = 0;
  const start = performance.now();
  await Promise.all(
    sockets.map(async (socket) => {
      while (next < requests.length) {
        const sent = performance.now();
        await exchange(socket, requests[next++]!);
        latencies[answered++] = performance.now() - sent;
      }
      socket.destroy();
    }),
  );
  return { seconds: (performance.now() - start) / 1000, latencies };
}

function connect(to: net.TcpNetConnectOpts): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(to, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** One request and its whole answer. */
function exchange(socket: net.Socket, request: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const end = (error?: Error) => {
      socket.off('data', read).off('close', lost);
      if (error) reject(error);
      else resolve();
    };
    const lost = () => end(new Error('The connection was closed.'));
    const read = (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      const state = judge(answer);
      if (state === 'unfinished') return;
      end(state === 'good' ? undefined : new Error(`Not a good answer: ${answer.slice(0, 500)}`));
    };
    socket.on('data', read).on('close', lost);
    socket.write(request);
  });
}

function judge(answer: string): 'unfinished' | 'good' | 'bad' {
  const head = answer.indexOf('\r\n\r\n');
  if (head < 0) return 'unfinished';
  const length = /\r\ncontent-length: *(\d+)/i.exec(answer)?.[1];
  const whole = length ? answer.length >= head + 4 + Number(length) : answer.endsWith('\r\n0\r\n\r\n');
  if (!whole) return 'unfinished';
  // GraphQL says 200 and `errors`; a push says 200 and `rejected`.
  return answer.startsWith('HTTP/1.1 200') && !/"(errors|rejected)":/.test(answer) ? 'good' : 'bad';
}

if (!isMainThread) parentPort!.postMessage(await work(workerData as Load));
