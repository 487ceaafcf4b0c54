"""The distribution's own package archive as a feed: which newer versions wait, and which vulnerabilities they fix."""
