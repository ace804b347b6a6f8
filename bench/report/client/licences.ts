// What the bundle is made of, and under which licence: the build keeps this comment, as they ask for.
/*!
 * Contains Observable Plot (Copyright 2020-2025 Observable, Inc.), D3 (Copyright 2010-2026 Mike Bostock) and isoformat
 * (Copyright 2021 Mike Bostock), and in D3 colours from ColorBrewer (Copyright 2002 Cynthia Brewer, Mark Harrower, and
 * The Pennsylvania State University; Apache License 2.0, http://www.apache.org/licenses/LICENSE-2.0). Under the ISC licence:
 *
 * Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted,
 * provided that the above copyright notice and this permission notice appear in all copies.
 *
 * THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED
 * WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR
 * CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF
 * CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
 */
export {};
