using TalkyWalky.Client;

namespace TalkyWalky.Cli.Output;

internal sealed record ListeningLine(int Listening);

/// <param name="Connected">The person at the other end, as the certificate says.</param>
internal sealed record DirectPeerLine(string Connected, string Device, string Address, DateTimeOffset Since)
{
    public static DirectPeerLine Of(DirectLineInfo line) => new(line.Username, line.Device.ToString(), line.Address, line.Since);
}
