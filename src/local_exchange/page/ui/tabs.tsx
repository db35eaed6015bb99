/** Tabs, as the ARIA practices have them: one stop of the Tab key, arrows between them. */
import type { ComponentChildren, JSX } from "preact";

export interface TabsProps<Name extends string> {
  readonly label: string;
  /** Part of the ids of its elements. */
  readonly id: string;
  /** A number, such as of what is below it, stands behind the label; none for 0. */
  readonly tabs: readonly (readonly [name: Name, label: string, count?: number])[];
  readonly chosen: Name;
  readonly onChoose: (name: Name) => void;
}

/** The tabs; their panel is a {@linkcode TabPanel} of the same id. */
export function Tabs<Name extends string>(props: TabsProps<Name>): JSX.Element {
  const { label, id, tabs, chosen, onChoose } = props;
  const move = (event: KeyboardEvent) => {
    const at = tabs.findIndex(([name]) => name === chosen);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const [name] = tabs[(to + tabs.length) % tabs.length] ?? [];
    if (name === undefined) return;
    onChoose(name);
    document.getElementById(`${id}-${name}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map(([name, text, count = 0]) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`${id}-${name}`}
          aria-selected={name === chosen}
          aria-controls={`${id}-panel`}
          tabIndex={name === chosen ? 0 : -1}
          onClick={() => onChoose(name)}
        >
          {text} {count > 0 && <span class="count">{count}</span>}
        </button>
      ))}
    </div>
  );
}

/** What the chosen tab shows. */
export function TabPanel(
  { id, chosen, children }: {
    readonly id: string;
    readonly chosen: string;
    readonly children: ComponentChildren;
  },
): JSX.Element {
  return (
    <div
      class="tab-panel"
      role="tabpanel"
      id={`${id}-panel`}
      aria-labelledby={`${id}-${chosen}`}
      tabIndex={0}
    >
      {children}
    </div>
  );
}
