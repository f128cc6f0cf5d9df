import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface VirtualListProps {
  readonly count: number;
  readonly rowHeight: number;
  readonly label: string;
  /** Place of the row that the keyboard is on. */
  readonly current: number | undefined;
  readonly columns: number;
  readonly head?: ComponentChildren;
  /** A row at its place; it has to be `role="row"` with the id `row-PLACE`. */
  readonly row: (place: number) => ComponentChildren;
  /** What is seen now: the first place and the one behind the last. */
  readonly onView?: (from: number, to: number, isAtTop: boolean) => void;
}

/** Browsers cut elements off that are higher than about 17 (Firefox) or 33 million pixels (Chromium). */
const MAX_HEIGHT = 15_000_000;
const BEYOND = 8;

/** A list of any length, of which only what is seen is there. Beyond `MAX_HEIGHT` a pixel of the scroll bar is several of the list. */
export function VirtualList(props: VirtualListProps) {
  const { count, rowHeight, current, onView } = props;
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const whole = count * rowHeight;
  const inner = Math.min(whole, MAX_HEIGHT);
  const scale = inner > height ? (whole - height) / (inner - height) : 1;
  const at = Math.min(top, Math.max(0, inner - height));
  const seen = at * scale;
  const from = Math.max(0, Math.floor(seen / rowHeight) - BEYOND);
  const to = Math.min(count, Math.ceil((seen + height) / rowHeight) + BEYOND);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() =>
      setHeight(Math.max(rowHeight, element.clientHeight - rowHeight)),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [rowHeight]);

  useEffect(() => onView?.(from, to, at < rowHeight), [from, to, count, at < rowHeight]);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || current === undefined) return;
    const wanted = current * rowHeight;
    const isFar = wanted < seen - height || wanted > seen + 2 * height;
    // Of a row that one comes to from afar one wants to see what stands around it.
    if (isFar) element.scrollTop = (wanted + rowHeight / 2 - height / 2) / scale;
    else if (wanted < seen) element.scrollTop = wanted / scale;
    else if (wanted + rowHeight > seen + height) element.scrollTop = (wanted + rowHeight - height) / scale;
  }, [current]);

  const places = Array.from({ length: Math.max(0, to - from) }, (_, place) => from + place);
  return (
    <div
      class="list"
      ref={box}
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={count + 1}
      aria-colcount={props.columns}
      aria-activedescendant={
        current === undefined || current < from || current >= to ? undefined : `row-${current}`
      }
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      {props.head}
      <div class="list-inner" role="rowgroup" style={{ height: `${inner}px` }}>
        <div
          class="list-seen"
          role="presentation"
          style={{ transform: `translateY(${at - seen + from * rowHeight}px)` }}
        >
          {places.map(props.row)}
        </div>
      </div>
    </div>
  );
}
