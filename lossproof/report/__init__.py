"""Results as text: for people (console), for programs (json), for papers (latex). No decisions."""
