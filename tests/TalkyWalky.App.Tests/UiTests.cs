
namespace TalkyWalky.App.Tests;

public sealed class UiTests
{
    [Fact]
    public void Assembly_HoldsThePage()
    {
        var names = typeof(AppServer).Assembly.GetManifestResourceNames();
        Assert.Contains("ui/index.html", names);
        Assert.Contains(names, static name => name.StartsWith("ui/assets/", StringComparison.Ordinal) && name.EndsWith(".js", StringComparison.Ordinal));
    }
}
