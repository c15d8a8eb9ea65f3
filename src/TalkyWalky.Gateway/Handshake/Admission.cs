using TalkyWalky.Engines;
using TalkyWalky.Gateway.Sessions;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Handshake;

/// <summary>What became of a Hello.</summary>
internal abstract record Admission
{
    private Admission() { }

    /// <param name="Generation">As the device presented it.</param>
    public sealed record Admitted(Account Account, DeviceId Device, ulong Generation) : Admission;

    public sealed record Refused(Ending Ending) : Admission
    {
        public Refused(CloseCode code, string text) : this(new Ending(code, text)) { }
    }
}
