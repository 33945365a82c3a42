using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Mmio;

/// <summary>
/// Goes through a log of any size with a fixed buffer and hands on the lines that can matter. Every byte is taken as a character where the encoding
/// keeps ASCII (UTF-8, Latin-1 and its kin): what is looked for is ASCII, and nothing can fail to decode. A line longer than any log writes is cut.
/// </summary>
internal static class LogLineScanner
{
    private const int BufferSize = 256 * 1024;
    private const int LongestLine = 16 * 1024;

    internal static async Task ScanAsync(Stream log, LineFilter filter, Action<string> line, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferSize];
        int filled = await FillAsync(log, buffer, cancellationToken).ConfigureAwait(false);
        if (Utf16(buffer, filled) is { } utf16)
        {
            using var text = new StreamReader(new Rejoined(buffer, filled, log), utf16, true, BufferSize, leaveOpen: true);
            await ScanAsync(text, line, cancellationToken).ConfigureAwait(false);
            return;
        }

        bool isCutting = false;
        while (filled > 0)
        {
            int start = 0;
            int end;
            while ((end = Array.IndexOf(buffer, (byte)'\n', start, filled - start)) >= 0)
            {
                Hand(buffer, start, end, isCutting, filter, line);
                isCutting = false;
                start = end + 1;
            }

            int rest = filled - start;
            if (rest > LongestLine)
            {
                Hand(buffer, start, start + LongestLine, isCutting, filter, line);
                isCutting = true;
                rest = 0;
            }

            Buffer.BlockCopy(buffer, start, buffer, 0, rest);
            cancellationToken.ThrowIfCancellationRequested();
            int read = await log.ReadAsync(buffer, rest, buffer.Length - rest, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                Hand(buffer, 0, rest, isCutting, filter, line);
                return;
            }

            filled = rest + read;
        }
    }

    internal static async Task ScanAsync(TextReader log, Action<string> line, CancellationToken cancellationToken)
    {
        char[] buffer = new char[BufferSize / 2];
        var rest = new StringBuilder();
        bool isCutting = false;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int read = await log.ReadAsync(buffer, 0, buffer.Length).ConfigureAwait(false);
            int start = 0;
            for (int index = 0; index < read; index++)
            {
                if (buffer[index] is not ('\n' or '\r'))
                {
                    continue;
                }

                Keep(rest, buffer, start, index, ref isCutting);
                if (rest.Length > 0)
                {
                    line(rest.ToString());
                }

                rest.Clear();
                isCutting = false;
                start = index + 1;
            }

            Keep(rest, buffer, start, read, ref isCutting);
            if (read == 0)
            {
                if (rest.Length > 0)
                {
                    line(rest.ToString());
                }

                return;
            }
        }
    }

    private static void Keep(StringBuilder rest, char[] buffer, int start, int end, ref bool isCutting)
    {
        int room = LongestLine - rest.Length;
        int length = end - start;
        if (!isCutting)
        {
            rest.Append(buffer, start, Math.Min(room, length));
        }

        isCutting |= length > room;
    }

    private static void Hand(byte[] buffer, int start, int end, bool isRestOfCutLine, LineFilter filter, Action<string> line)
    {
        if (isRestOfCutLine || end <= start || !filter.CanMatter(buffer, start, end))
        {
            return;
        }

        int length = Math.Min(end - start, LongestLine);
        char[] characters = new char[length];
        for (int index = 0; index < length; index++)
        {
            characters[index] = (char)buffer[start + index];
        }

        // Old Mac line ends, or a text that was joined with them, still separate lines.
        foreach (string one in new string(characters).Split('\r'))
        {
            line(one);
        }
    }

    private static async Task<int> FillAsync(Stream log, byte[] buffer, CancellationToken cancellationToken)
    {
        // The encoding is told by the first bytes, which a network stream may deliver one at a time.
        const int Enough = 64;
        int filled = 0;
        while (filled < Enough)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int read = await log.ReadAsync(buffer, filled, buffer.Length - filled, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return filled;
    }

    /// <summary>UTF-16 by its mark, or by every other byte of the beginning being 0, which no log in another encoding has; else null.</summary>
    private static Encoding? Utf16(byte[] buffer, int filled)
    {
        if (filled >= 2 && buffer[0] == 0xff && buffer[1] == 0xfe)
        {
            return new UnicodeEncoding(false, true);
        }

        if (filled >= 2 && buffer[0] == 0xfe && buffer[1] == 0xff)
        {
            return new UnicodeEncoding(true, true);
        }

        int sample = Math.Min(filled, 64) & ~1;
        int even = 0;
        int odd = 0;
        for (int index = 0; index < sample; index += 2)
        {
            even += buffer[index] == 0 ? 1 : 0;
            odd += buffer[index + 1] == 0 ? 1 : 0;
        }

        int most = sample / 2;
        return most < 4 ? null
            : odd > most / 2 && even == 0 ? new UnicodeEncoding(false, false)
            : even > most / 2 && odd == 0 ? new UnicodeEncoding(true, false)
            : null;
    }

    /// <summary>A stream whose first bytes were read already.</summary>
    private sealed class Rejoined(byte[] first, int length, Stream rest) : Stream
    {
        private int _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) =>
            _position < length ? FromFirst(buffer, offset, count) : rest.Read(buffer, offset, count);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            _position < length ? Task.FromResult(FromFirst(buffer, offset, count)) : rest.ReadAsync(buffer, offset, count, cancellationToken);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int FromFirst(byte[] buffer, int offset, int count)
        {
            int taken = Math.Min(count, length - _position);
            Buffer.BlockCopy(first, _position, buffer, offset, taken);
            _position += taken;
            return taken;
        }
    }
}
