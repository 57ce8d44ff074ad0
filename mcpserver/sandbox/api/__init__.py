"""The HTTP API of the sandbox: who is asking, what is asked, and the answer in the words of TiDB Cloud."""
