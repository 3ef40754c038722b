#!/usr/bin/env node
/** `tune-signature`: short for `signature-tuner tune`. */
process.argv.splice(2, 0, 'tune')
const program: string = './bin.cjs'
require(program)
