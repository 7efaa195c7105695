/** Drawn here, because a font or a file would be one more request. */
const paths = {
  live: 'M3 12h4l3-8 4 16 3-8h4',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4',
  forecast: 'M3 17l5-6 4 3M12 14l8-9M12 14l8 3',
  reports: 'M4 4v16h16M8 16v-4M12 16V8M16 16v-6',
  lots: 'M4 4h16v16H4zM9 17V7h4a3 3 0 0 1 0 6H9',
  devices: 'M12 12v8M8 20h8M8.500 15.500a5 5 0 1 1 7 0M5.600 18.400a9 9 0 1 1 12.800 0',
  grid: 'M4 4v14M9 4v14M14 4v14M19 4v14M4 4h15M4 20h15',
  signs: 'M4 4h16v9H4zM9 13v7M15 13v7M8 8h3M13 8h3',
  pipeline: 'M3 12h4M17 12h4M7 8h4v8H7zM13 8h4v8h-4zM11 12h2',
  page: 'M4 5h16v14H4zM4 9h16',
  book: 'M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h11',
  search: 'M11 4a7 7 0 1 0 0 14a7 7 0 0 0 0-14M16 16l5 5',
  system: 'M3 5h18v11H3zM9 20h6M12 16v4',
  light:
    'M12 8a4 4 0 1 0 0 8a4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5L19 19M19 5l-1.5 1.5M6.5 17.5L5 19',
  dark: 'M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.500 10.500z',
  help: 'M9 9a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.200-1.500 2.400M12 18v.01',
  check: 'M4 12.500l5 5L20 6.500',
  up: 'M5 15l7-7 7 7',
  down: 'M5 9l7 7 7-7',
  close: 'M6 6l12 12M18 6L6 18',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  level: 'M4 8l8-4 8 4-8 4zM4 13l8 4 8-4',
  table: 'M4 5h16v14H4zM4 10h16M10 10v9',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 5l12 7-12 7z',
} as const

export type IconName = keyof typeof paths

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
