import { defineEvent } from '../../schema/define/define-event.ts';

/** A kiosk that was not updated sends the amount as text: these events are quarantined. */
export const CartItemAdded = defineEvent('cart.item_added', {
  version: 1,
  description: 'Something was put into the cart.',
  category: 'cart',
  schema: {
    type: 'object',
    required: ['sku', 'qty', 'price'],
    properties: {
      sku: { type: 'string' },
      qty: { type: 'integer', minimum: 1 },
      price: { type: 'number', minimum: 0 },
    },
  },
});

/** Gift cards have no roast: these events go out with what is wrong with them. */
export const ProductViewed = defineEvent('product.viewed', {
  version: 2,
  description: 'Somebody looked at a product.',
  onInvalid: 'mark',
  schema: {
    type: 'object',
    required: ['sku', 'price', 'roast'],
    properties: { sku: { type: 'string' }, price: { type: 'number' }, roast: { type: 'string' } },
  },
});

export const OrderPaid = defineEvent('order.paid', {
  version: 1,
  description: 'An order was paid.',
  category: 'sales',
  schema: {
    type: 'object',
    required: ['order', 'total', 'currency', 'items'],
    properties: {
      order: { type: 'string' },
      total: { type: 'number', exclusiveMinimum: 0 },
      currency: { const: 'EUR' },
      items: { type: 'array', items: { type: 'object', required: ['sku', 'qty'] } },
    },
  },
});
