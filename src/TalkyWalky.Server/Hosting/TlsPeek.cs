using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace TalkyWalky.Server.Hosting;

/// <summary>Looks at the first bytes of a connection and leaves them there for TLS.</summary>
/// <param name="patience">For all that the look needs.</param>
internal sealed class TlsPeek(TimeSpan patience, TimeProvider time)
{
    /// <summary>Null when the connection ended, or said too little for too long.</summary>
    /// <param name="look">Null when more bytes are needed to tell.</param>
    public async Task<bool?> LookAsync(ConnectionContext connection, Func<ReadOnlySequence<byte>, bool?> look)
    {
        using var late = new CancellationTokenSource(patience, time);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(late.Token);
                var seen = look(read.Buffer);
                input.AdvanceTo(read.Buffer.Start, seen is null ? read.Buffer.End : read.Buffer.Start);
                if (seen is not null) return seen;
                if (read.IsCompleted) return null;
            }
        }
        catch (Exception over) when (over is OperationCanceledException or ConnectionResetException or ConnectionAbortedException)
        {
            return null;
        }
    }
}
