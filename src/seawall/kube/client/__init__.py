"""The live cluster: a thin client of the Kubernetes API over aiohttp, decoding only what is used."""
