// Pictures elsewhere on the page that name a sample (data-sample, in an element with data-run): a click shows it on the
// map, resting on one rings it there, and arrow keys walk from one to the next.

export interface Shows {
  show(sample: number): void;
  ring(sample: number): void; // -1: none
}

/** Hear the pictures of a run until the returned function is called. */
export function hearThumbs(run: string, shows: Shows): () => void {
  const thumb = (event: Event): HTMLElement | null => {
    const one = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-sample]") : null;
    return one?.closest<HTMLElement>("[data-run]")?.dataset.run === run ? one : null;
  };
  const heard: Record<string, (event: Event) => void> = {
    click: (event) => {
      const one = thumb(event);
      if (one) shows.show(Number(one.dataset.sample));
    },
    pointerover: (event) => {
      const one = thumb(event);
      if (one) shows.ring(Number(one.dataset.sample));
    },
    pointerout: (event) => thumb(event) && shows.ring(-1),
    keydown: (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[(event as KeyboardEvent).key];
      const one = by ? thumb(event) : null;
      if (!one || !by) return;
      const all = [...one.parentElement!.querySelectorAll<HTMLElement>("[data-sample]")];
      const next = all[all.indexOf(one) + by];
      next?.focus();
      event.preventDefault();
    },
  };
  for (const [name, act] of Object.entries(heard)) document.addEventListener(name, act);
  return () => {
    for (const [name, act] of Object.entries(heard)) document.removeEventListener(name, act);
  };
}
