/** `asl-validator` ships no types. */
declare module 'asl-validator' {
  const validate: (definition: unknown) => Promise<{ isValid: boolean; errorsText: () => string }>;
  export default validate;
}
