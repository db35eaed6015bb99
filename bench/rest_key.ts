/** The id of the key that the REST benches sign with. */
export const KEY_ID = "a952bcbe-ec3b-4b5b-b8f9-11dae589608c";
