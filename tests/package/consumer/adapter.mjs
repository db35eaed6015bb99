// Put inside the installed package: which adapter its own `#runtime` is here.
console.log(import.meta.resolve("#runtime").split("/").pop());
