"""Kubernetes objects: manifests read as Kubernetes reads them, workloads in one normal form."""
