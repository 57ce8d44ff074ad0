// The TypeScript SDK 1.x; also whatever speaks over stdin and stdout, where the order to connect has a `command`.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { serve, watched } from "./lines.mjs";

serve(async ({ url, headers, command, environment }) => {
  const log = [];
  const transport = command
    ? new StdioClientTransport({ command: command[0], args: command.slice(1), env: environment, stderr: "ignore" })
    : new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers }, fetch: watched(log) });
  const client = new Client({ name: "typescript-1", version: "1.0.0" });
  await client.connect(transport);
  return {
    revision: transport.protocolVersion ?? null,
    list: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: (params, options) => client.callTool(params, undefined, options),
    close: async () => (await client.close(), log),
  };
});
