//! How far a table hides the people in it: measures over groups of equal quasi-identifiers (ISO/IEC 20889, 9 and 10).
