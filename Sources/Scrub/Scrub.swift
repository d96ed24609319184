// Scrub
