namespace TalkyWalky.Cli.Terminals;

/// <summary>Reads up to the buffer's length; 0 at the end. Cancellable, unlike a blocking read of the standard input.</summary>
internal delegate ValueTask<int> ByteSource(Memory<byte> buffer, CancellationToken cancellation);

/// <summary>Where a command reads and writes.</summary>
/// <param name="Out">Results. A write fails when the reader is gone.</param>
/// <param name="Error">Progress and errors for a person.</param>
/// <param name="InputIsTerminal">A person types.</param>
/// <param name="OutputIsTerminal">A person reads <paramref name="Out"/>.</param>
/// <param name="ErrorIsTerminal">A person reads <paramref name="Error"/>: questions can be asked there.</param>
internal sealed record Terminal(
    ByteSource In, TextWriter Out, TextWriter Error, bool InputIsTerminal, bool OutputIsTerminal, bool ErrorIsTerminal, TimeZoneInfo Zone)
{
    public bool CanAsk => InputIsTerminal && ErrorIsTerminal;
}
