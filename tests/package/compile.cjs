/**
 * Compiles programs with one compiler: `node compile.cjs COMPILER PROGRAMS`, the latter as JSON. Every file of the
 * project and of the package is checked in each, declarations too, and those of its dependencies once. Those of
 * TypeScript and of Node's types, which others answer for, are read. All programs share what was read.
 */
const { relative } = require("node:path");
const process = require("node:process");

const [compiler, given] = process.argv.slice(2);
const ts = require(compiler);

const read = new Map();
const dependencies = new Set();

function check({ files, compilerOptions }) {
  const { options, errors } = ts.convertCompilerOptionsFromJson(compilerOptions, process.cwd());
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile;
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const key = JSON.stringify([path, languageVersion]);
    if (!read.has(key)) read.set(key, getSourceFile(path, languageVersion, ...rest));
    return read.get(key);
  };
  const program = ts.createProgram({ rootNames: files, options, host });
  const isDue = ({ fileName, isDeclarationFile }) => {
    if (options.skipLibCheck) return !isDeclarationFile;
    if (/\/node_modules\/typescript|\/types\/\d+\//.test(fileName)) return false;
    if (!/\/node_modules\/(?!@unofficial\/)/.test(fileName)) return true;
    return !dependencies.has(fileName) && dependencies.add(fileName);
  };
  const due = program.getSourceFiles().filter(isDue);
  return [
    ...errors,
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...due.flatMap((
      file,
    ) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
  ].map(({ file, start, messageText }) => {
    const where = file === undefined
      ? ""
      : `${relative(".", file.fileName)}:${file.getLineAndCharacterOfPosition(start).line + 1}: `;
    return `${where}${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

const problems = JSON.parse(given).flatMap((program) => {
  const found = check(program);
  return found.length === 0 ? [] : [JSON.stringify(program), ...found];
});
console.log(`TypeScript ${ts.version}\n${problems.join("\n")}`);
process.exit(problems.length === 0 ? 0 : 1);
