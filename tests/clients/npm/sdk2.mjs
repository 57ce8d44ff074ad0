// The TypeScript SDK 2.x, in the era that the order's `mode` asks for: "legacy", its default, or "auto".
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { serve, watched } from "./lines.mjs";

serve(async ({ url, headers, mode }) => {
  const log = [];
  const client = new Client({ name: "typescript-2", version: "1.0.0" }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers }, fetch: watched(log) }));
  return {
    revision: client.getNegotiatedProtocolVersion(),
    list: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: (params, options) => client.callTool(params, options),
    close: async () => (await client.close(), log),
  };
});
