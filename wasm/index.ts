export { toJson } from './protobuf-to-json';
export { scan } from './scan';
