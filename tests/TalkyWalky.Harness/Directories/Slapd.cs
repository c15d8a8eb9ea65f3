using TalkyWalky.Testing;

namespace TalkyWalky.Harness;

/// <summary>OpenLDAP, run by deploy/services/openldap.</summary>
public sealed class Slapd : RealDirectory
{
    protected override string Script => "openldap";

    protected override IReadOnlyList<string> Place { get; } = ["--port", $"{Ports.Free()}", "--tls-port", $"{Ports.Free()}"];
}
