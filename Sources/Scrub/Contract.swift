// The reports and refusals are a module of their own, so that a program that only hands files to the
// workers links no parser; whoever imports `Scrub` sees them as part of it.

@_exported public import ScrubContract
