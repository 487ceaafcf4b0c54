"""Bills of materials as input: CycloneDX and SPDX JSON, in one form, turned into packages and a distribution."""
