/** Style sheets are imported for their effect alone, by the bundler. */
declare module '*.css'
