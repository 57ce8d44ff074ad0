// Orders come as lines of JSON on stdin, answers go as lines on stdout: the half that both SDKs' drivers share.
//
// `open(order)` connects and gives {revision, list(), call(params, options), close()}. One connection at a time.
import { createInterface } from "node:readline";

export function serve(open) {
  const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");
  const calls = new Map();
  let client;

  const orders = {
    async connect(order) {
      client = await open(order);
      await client.list(); // as hosts do: it makes the SDKs check results by their schemas
      return client.revision;
    },
    list: () => client.list(),
    async call({ id, tool, arguments: given, progress }) {
      const call = new AbortController();
      calls.set(id, call);
      const onprogress = progress ? (news) => say({ id, progress: news }) : undefined;
      try {
        const result = await client.call({ name: tool, arguments: given }, { signal: call.signal, onprogress });
        const text = result.content.map((block) => block.text).join("");
        return { is_error: result.isError ?? false, text, structured: result.structuredContent ?? null };
      } finally {
        calls.delete(id);
      }
    },
    cancel: ({ of }) => calls.get(of).abort("the user pressed stop"),
    close: () => client.close(),
  };

  createInterface({ input: process.stdin }).on("line", async (line) => {
    const order = JSON.parse(line);
    try {
      say({ id: order.id, done: (await orders[order.do](order)) ?? null });
    } catch (error) {
      say({ id: order.id, failed: { code: error.code ?? null, message: String(error.message) } });
    }
  });
}

// Every request that goes out, as "POST tools/call 200", in the order of the answers.
export function watched(log) {
  return async (url, init) => {
    const response = await fetch(url, init);
    const method = init.body ? ` ${JSON.parse(init.body).method}` : "";
    log.push(`${init.method}${method} ${response.status}`);
    return response;
  };
}
