import { go, hrefTo, useAddress, withParams } from './address.ts';
import type { CompareAnswer } from './answers.ts';
import { apiUrl } from './fetch-json.ts';
import { formatShare, valueText } from './format.ts';
import { Problem } from './problem.tsx';
import { withTerm } from './query-text.ts';
import { RangeChooser } from './range-chooser.tsx';
import { SearchBox } from './search-box.tsx';
import { termOf } from './term-of.ts';
import { useAnswer } from './use-answer.ts';

/** In what two sets of events differ most: failed ones and good ones, say, or before and after a release. */
export function CompareView() {
  const { params } = useAddress();
  const query = params.get('q') ?? '';
  const left = params.get('left') ?? '';
  const right = params.get('right') ?? '';
  const isReady = left !== '' || right !== '';
  const { value, error, reload, isLoading } = useAnswer<CompareAnswer>(
    isReady ? apiUrl('compare', { q: query, left, right }) : undefined,
  );
  const set = (changes: Parameters<typeof withParams>[0]): void => go(withParams(changes));
  return (
    <main class="page">
      <h1 class="unseen">Compare</h1>
      <div class="query-bar">
        <SearchBox
          query={query}
          isMain
          label="Both are within"
          placeholder="both are within: name:checkout last:24h"
          onSearch={(q) => set({ q })}
        />
        <RangeChooser query={query} onChoose={(q) => set({ q })} />
      </div>
      <div class="form two">
        <SearchBox
          query={left}
          label="Left"
          placeholder="left: severity:>=error"
          onSearch={(q) => q !== left && set({ left: q })}
        />
        <SearchBox
          query={right}
          label="Right"
          placeholder="right: severity:<error"
          onSearch={(q) => q !== right && set({ right: q })}
        />
      </div>
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      {!isReady && (
        <p class="empty">
          Write what is on the left and on the right, as queries: severity:&gt;=error beside
          severity:&lt;error.
        </p>
      )}
      {isLoading && <p class="muted">Comparing …</p>}
      {value !== undefined && (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th>field</th>
                <th>value</th>
                <th class="number">{left || 'left'}</th>
                <th class="number">{right || 'right'}</th>
                <th>difference</th>
              </tr>
            </thead>
            <tbody>
              {value.fields.map((one) => (
                <tr key={`${one.field} ${valueText(one.value)}`}>
                  <td>{one.field}</td>
                  <td>
                    <code>{valueText(one.value).slice(0, 200)}</code>
                  </td>
                  <td class="number" data-label={left || 'left'}>
                    <a
                      href={hrefTo([], { q: withTerm(withTerm(query, left), termOf(one.field, one.value)) })}
                    >
                      {formatShare(one.left)}
                    </a>
                  </td>
                  <td class="number" data-label={right || 'right'}>
                    <a
                      href={hrefTo([], { q: withTerm(withTerm(query, right), termOf(one.field, one.value)) })}
                    >
                      {formatShare(one.right)}
                    </a>
                  </td>
                  <td class="whole">
                    <Difference left={one.left} right={one.right} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {value.fields.length === 0 && (
            <p class="empty">They do not differ in any other value, or one of them is empty.</p>
          )}
          {value.chosenBy.length > 0 && (
            <p class="muted">
              Not compared, since the sides are told apart by it: {value.chosenBy.join(', ')}
            </p>
          )}
        </div>
      )}
    </main>
  );
}

function Difference({ left, right }: { readonly left: number; readonly right: number }) {
  const from = 50 * (1 - Math.max(0, left - right));
  return (
    <span class="difference">
      <span
        class={left > right ? 'more-left' : 'more-right'}
        style={{ left: `${from}%`, width: `${50 * Math.abs(left - right)}%` }}
      />
    </span>
  );
}
