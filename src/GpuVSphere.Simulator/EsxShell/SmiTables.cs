using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary>
/// The tables of <c>nvidia-smi</c> and <c>nvidia-smi vgpu</c>: before R530 as in samples/ahv-nvidia-smi-a16-470-two-vgpus.txt (the row for MIG since R450),
/// later with a broader first column.
/// </summary>
internal static class SmiTables
{
    public static string Gpus(string timestamp, GpuDriver driver, IReadOnlyList<SmiGpu> gpus)
    {
        bool isWide = driver.Branch >= 530;
        bool hasMig = driver.Branch >= 450;
        int[] widths = isWide ? [41, 22, 22] : [31, 22, 22];
        int inner = widths.Sum() + 2;
        StringBuilder text = new(timestamp + "\n");
        Rule(text, '+', '-', inner);
        Cells(text, [(" NVIDIA-SMI " + driver.Version).PadRight(isWide ? 35 : 25) + ("Driver Version: " + driver.Version).PadRight(29) + (driver.Branch >= 410 ? "CUDA Version: N/A" : string.Empty)], [inner]);
        Rule(text, '|', '-', widths);
        Cells(text, isWide
            ? [" GPU  Name                 Persistence-M ", " Bus-Id        Disp.A ", " Volatile Uncorr. ECC "]
            : [" GPU  Name        Persistence-M", " Bus-Id        Disp.A ", " Volatile Uncorr. ECC "], widths);
        Cells(text, isWide
            ? [" Fan  Temp   Perf          Pwr:Usage/Cap ", "         Memory-Usage ", " GPU-Util  Compute M. "]
            : [" Fan  Temp  Perf  Pwr:Usage/Cap", "         Memory-Usage ", " GPU-Util  Compute M. "], widths);
        if (hasMig)
        {
            Cells(text, [string.Empty, string.Empty, "               MIG M. "], widths);
        }

        text.Append('|').Append(string.Join("+", widths.Select(width => new string('=', width)))).Append("|\n");
        foreach (SmiGpu gpu in gpus)
        {
            string ecc = !gpu.State.HasEcc ? "N/A" : gpu.State.IsEccOn ? "0" : "Off";
            string power = string.Format(CultureInfo.InvariantCulture, "{0}W / {1}W", gpu.PowerW.ToString(CultureInfo.InvariantCulture).PadLeft(3), gpu.PowerLimitW.ToString(CultureInfo.InvariantCulture).PadLeft(3));
            Cells(text, [string.Format(CultureInfo.InvariantCulture, isWide ? "{0,4}  {1,-28}  On  " : "{0,4}  {1,-18}  On   ", gpu.Index, Fit(gpu.Card.Name, isWide ? 28 : 18)), " " + gpu.BusId + " Off ", ecc.PadLeft(21) + " "], widths);
            Cells(text, [
                isWide ? string.Format(CultureInfo.InvariantCulture, " N/A  {0,3}C    {1}         {2,16} ", gpu.TemperatureC, State(gpu), power).PadRight(41)
                    : string.Format(CultureInfo.InvariantCulture, " N/A  {0,3}C    {1}   {2,12} ", gpu.TemperatureC, State(gpu), power),
                string.Format(CultureInfo.InvariantCulture, "{0,7}MiB / {1,5}MiB ", gpu.UsedMB, gpu.TotalMB),
                "      0%      Default "], widths);
            if (hasMig)
            {
                string mig = gpu.MigCurrent + (gpu.MigCurrent == gpu.MigPending ? string.Empty : "*");
                Cells(text, [string.Empty, string.Empty, mig.PadLeft(21) + " "], widths);
            }

            Rule(text, '+', '-', widths);
        }

        Processes(text, gpus, inner, hasMig);
        return text.ToString();
    }

    public static string Vgpus(string timestamp, GpuDriver driver, IReadOnlyList<SmiGpu> gpus)
    {
        int[] widths = [33, 30, 12];
        int inner = widths.Sum() + 2;
        StringBuilder text = new(timestamp + "\n");
        Rule(text, '+', '-', inner);
        Cells(text, [(" NVIDIA-SMI " + driver.Version).PadRight(27) + "Driver Version: " + driver.Version], [inner]);
        Rule(text, '|', '-', widths);
        Cells(text, [" GPU  Name", " Bus-Id", " GPU-Util"], widths);
        Cells(text, ["      vGPU ID     Name", " VM ID     VM Name", " vGPU-Util"], widths);
        text.Append('|').Append(string.Join("+", widths.Select(width => new string('=', width)))).Append("|\n");
        foreach (SmiGpu gpu in gpus)
        {
            Cells(text, [string.Format(CultureInfo.InvariantCulture, "{0,4}  {1}", gpu.Index, Fit(gpu.Card.Name, 26)), " " + gpu.BusId, "   0%"], widths);
            foreach (SmiVgpu vgpu in gpu.Vgpus)
            {
                Cells(text, ["      " + vgpu.Id.PadRight(12) + Fit(vgpu.Seat.Type.NvidiaName, 14), " " + vgpu.WorldId.PadRight(10) + Fit(vgpu.Vm.Name, 18), "      0%"], widths);
            }

            Rule(text, '+', '-', widths);
        }

        return text.ToString();
    }

    private static void Processes(StringBuilder text, IReadOnlyList<SmiGpu> gpus, int inner, bool hasMig)
    {
        text.Append(new string(' ', inner + 2)).Append('\n');
        Rule(text, '+', '-', inner);
        Cells(text, [" Processes:"], [inner]);
        Cells(text, [hasMig ? "  GPU   GI   CI        PID   Type   Process name                  GPU Memory" : "  GPU       PID   Type   Process name                             GPU Memory"], [inner]);
        Cells(text, [hasMig ? "        ID   ID                                                   Usage" : "                                                                  Usage"], [inner]);
        text.Append('|').Append('=', inner).Append("|\n");
        foreach ((SmiGpu gpu, SmiVgpu vgpu) in gpus.SelectMany(gpu => gpu.Vgpus.Select(vgpu => (gpu, vgpu))))
        {
            string instance = vgpu.Seat.Instance is { } mig ? mig.Id.ToString(CultureInfo.InvariantCulture) : "N/A";
            Cells(text, [hasMig
                ? string.Format(CultureInfo.InvariantCulture, "{0,5}   {1,-3}  {2,-3} {3,9}    C+G   {4,-28} {5,6}MiB", gpu.Index, instance, vgpu.Seat.Instance is null ? "N/A" : "0", vgpu.WorldId, Fit(vgpu.Vm.Name, 28), vgpu.UsedMB)
                : string.Format(CultureInfo.InvariantCulture, "{0,5} {1,9}   C+G   {2,-40} {3,6}MiB", gpu.Index, vgpu.WorldId, Fit(vgpu.Vm.Name, 40), vgpu.UsedMB)], [inner]);
        }

        if (gpus.All(gpu => gpu.Vgpus.Count == 0))
        {
            Cells(text, ["  No running processes found"], [inner]);
        }

        Rule(text, '+', '-', inner);
    }

    private static string State(SmiGpu gpu) => gpu.Vgpus.Count > 0 ? "P0" : "P8";

    private static string Fit(string name, int width) => name.Length <= width ? name : name.Substring(0, width - 3) + "...";

    private static void Rule(StringBuilder text, char end, char line, params int[] widths) =>
        text.Append(end).Append(string.Join("+", widths.Select(width => new string(line, width)))).Append("+\n");

    private static void Cells(StringBuilder text, string[] cells, int[] widths) =>
        text.Append('|').Append(string.Join("|", cells.Select((cell, i) => cell.Length > widths[i] ? cell.Substring(0, widths[i]) : cell.PadRight(widths[i])))).Append("|\n");
}
