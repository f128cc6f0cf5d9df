export { fields, move } from './fields';
export { itemsRead, toProtobuf } from './json-to-protobuf';
export { toJson } from './protobuf-to-json';
export { scan } from './scan';
