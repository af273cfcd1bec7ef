// SPDX-License-Identifier: GPL-3.0-or-later
//
// How an image lies in its stage: pure geometry. A view is {zoom, turns, x, y}: times the fitting size, quarter turns
// to the right, pixels off the middle. Sizes are {width, height} in pixels.
export const whole = Object.freeze({ zoom: 1, turns: 0, x: 0, y: 0 });

const largest = 8;

export const zoomed = (view, factor) => ({ ...view, zoom: Math.min(largest, Math.max(1, view.zoom * factor)) });
// What was in the middle is elsewhere after a turn: back to the whole.
export const turned = (view) => ({ ...whole, turns: (view.turns + 1) % 4 });
export const moved = (view, x, y) => ({ ...view, x: view.x + x, y: view.y + y });

function contained(stage, image) {
  const scale = Math.min(stage.width / image.width, stage.height / image.height);
  return { width: image.width * scale, height: image.height * scale };
}

// The scale on top of "object-fit: contain": a lying image that was set upright must fit again.
export function scaleOf(view, stage, image) {
  if (view.turns % 2 === 0) return view.zoom;
  const shown = contained(stage, image);
  return view.zoom * Math.min(stage.width / shown.height, stage.height / shown.width);
}

// The same view with no more than the image's edge pulled to the stage's.
export function held(view, stage, image) {
  const shown = contained(stage, image);
  const scale = scaleOf(view, stage, image);
  const [width, height] = view.turns % 2 === 0 ? [shown.width, shown.height] : [shown.height, shown.width];
  const limit = (value, size, room) => {
    const most = Math.max(0, (size * scale - room) / 2);
    return Math.min(most, Math.max(-most, value));
  };
  return { ...view, x: limit(view.x, width, stage.width), y: limit(view.y, height, stage.height) };
}

export function transformOf(view, stage, image) {
  return `translate(${view.x}px, ${view.y}px) rotate(${view.turns * 90}deg) scale(${scaleOf(view, stage, image)})`;
}
