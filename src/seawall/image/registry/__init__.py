"""The client of the OCI distribution API: references, credentials, tokens, manifests and resumable blobs."""
